"""Geometry of what lessons show: an exhibit's content in, plain numbers for an SVG out. One file per kind."""
