whytls_fuzz(http h2_session USES base LIBS PkgConfig::EVENT)
