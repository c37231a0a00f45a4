whytls_fuzz(http h1 USES base LIBS PkgConfig::EVENT)
