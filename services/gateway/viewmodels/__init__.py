"""View-models: one for each page and each fragment, holding everything the template prints, ready and translated."""
