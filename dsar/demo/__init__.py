"""The demonstration: a company that is not there, its stores, and the story told with them."""
