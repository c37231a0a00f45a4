whytls_fuzz(flow agent)
