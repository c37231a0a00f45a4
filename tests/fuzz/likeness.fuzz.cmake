whytls_fuzz(tls likeness USES base wire LIBS PkgConfig::EVENT)
