"""Areas of the window; they emit signals and never call the service."""
