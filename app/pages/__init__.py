"""What people see: one module per page family, each with a typed context and one template.

Pages only read. What they change, they change through the same API that scripts use, from the browser.
"""
