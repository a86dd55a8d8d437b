"""Everything that knows QuickBooks exists."""
