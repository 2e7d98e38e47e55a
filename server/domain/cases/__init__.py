"""Cases 办件: one application of one resident for one item, from draft to the paper in hand."""
