"""The pages: each view translates between HTTP, client calls and a view-model."""
