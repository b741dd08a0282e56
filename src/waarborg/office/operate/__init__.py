"""Operating the office: its commands (declared in `waarborg.office.commands`), and what happens before they run."""
