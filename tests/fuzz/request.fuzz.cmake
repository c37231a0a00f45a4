whytls_fuzz(web request USES http net base LIBS PkgConfig::EVENT)
target_include_directories(request_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/proxy/web)
