whytls_fuzz(app case_json USES judge cert base)
target_include_directories(case_json_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/proxy/app)
