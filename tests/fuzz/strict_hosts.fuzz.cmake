whytls_fuzz(device strict_hosts)
