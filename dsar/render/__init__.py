"""PDF, JSON, CSV and mail from plain values."""
