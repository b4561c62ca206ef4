"""What the SQL kinds of store are made of: dialects, shapes of tables, finding, erasing, sweeping."""
