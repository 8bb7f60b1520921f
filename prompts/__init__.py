"""Every text that is put before a model, or that stands in for a model's answer."""
