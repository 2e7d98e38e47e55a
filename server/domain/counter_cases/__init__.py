"""扫码办事 and 出件: what a counter does for whoever has just shown a code there."""
