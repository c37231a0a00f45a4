whytls_fuzz(tls leg USES cert base LIBS PkgConfig::EVENT)
