whytls_fuzz(app review USES base)
target_include_directories(review_fuzz PRIVATE ${CMAKE_SOURCE_DIR}/proxy/app)
