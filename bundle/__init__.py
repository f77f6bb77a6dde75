"""The one-folder application that `build_app.spec` makes: what is in it, its licences, its size."""
