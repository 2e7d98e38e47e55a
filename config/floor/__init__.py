"""What every room stands on: the unit of work, one SQL text for both databases, refusals, ids, the vault's shape.

Nothing here knows a resident, a case or a code. It lives on the lowest floor because ``codes`` and
``notify`` use it as well as the domain does, and neither may look upwards.
"""
