"""The scoreboard: what this product does beside what one would otherwise put together, part by part."""
