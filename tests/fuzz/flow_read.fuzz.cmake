whytls_fuzz(flow flow_read)
