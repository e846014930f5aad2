"""What several lessons need: the same parameters, the same way to part a table, the same pieces of a listing.

=================  ========================================================================"""
