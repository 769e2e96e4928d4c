"""Taking breadknife off a machine: what it has left where (`places`), and how that is removed (`removing`)."""
