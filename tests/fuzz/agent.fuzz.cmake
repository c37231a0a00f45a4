whytls_fuzz(device agent)
