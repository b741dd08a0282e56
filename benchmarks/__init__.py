"""Figures side by side with hand-written SQL; see NOTES.md for what was measured and why."""
