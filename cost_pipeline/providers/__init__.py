"""Who is asked what exists and what it costs: real clouds and the demo account.

Nothing here decides or stores. A provider answers with documents or with a named
problem; what follows from them is SQL.
"""
