whytls_fuzz(flow condition)
