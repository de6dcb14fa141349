"""The reconciler: looks at what is, and carries out what the plan wants."""
