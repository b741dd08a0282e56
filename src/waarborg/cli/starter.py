def policy_text(name, today): return ""
def datamap_text(a, b): return ""
