"""The commands' bodies. `cli.py` names them; nothing else imports them.

Each module imports what it needs when it is called, so that `cost-pipeline ask` does
not wait for an orchestrator it does not use.
"""
