"""What runs outside the web: each job is a few lines that call ``webapp``."""
