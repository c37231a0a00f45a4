# whytls_room(NAME …)  one room: a static library and a porch of links to its doors, so that an include line
# names the room and only a room that is listed under SHOWS or USES can be reached.
#   DOORS   headers that other rooms may include     SHOWS   rooms whose types appear in my doors
#   TABLES  .def lists that other rooms may include  USES    rooms that I use inside   LIBS  outside libraries
function(whytls_room name)
    cmake_parse_arguments(R "" "" "SOURCES;DOORS;TABLES;SHOWS;USES;LIBS" ${ARGN})
    set(porch ${CMAKE_BINARY_DIR}/doors/${name})
    file(REMOVE_RECURSE ${porch})
    file(MAKE_DIRECTORY ${porch}/${name})
    foreach(door IN LISTS R_DOORS R_TABLES)
        file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/${door} ${porch}/${name}/${door} SYMBOLIC)
    endforeach()
    list(TRANSFORM R_DOORS PREPEND ${porch}/${name}/)
    add_library(whytls_${name} STATIC ${R_SOURCES})
    target_sources(whytls_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${porch} FILES ${R_DOORS})
    set_target_properties(whytls_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    target_compile_definitions(whytls_${name} PRIVATE WHYTLS_ROOM="${name}")
    list(TRANSFORM R_SHOWS PREPEND whytls_)
    list(TRANSFORM R_USES PREPEND whytls_)
    target_link_libraries(whytls_${name} PUBLIC ${R_SHOWS} PRIVATE ${R_USES} ${R_LIBS})
endfunction()

# whytls_test(ROOM FILE [USES rooms…] [LIBS libs…])  tests/ROOM/FILE_test.c, linked with ROOM and USES only, so that
# a call upwards is a link error. The test may include the room's private headers.
function(whytls_test room file)
    cmake_parse_arguments(T "" "" "USES;LIBS" ${ARGN})
    set(target ${room}_${file}_test)
    add_executable(${target} ${CMAKE_SOURCE_DIR}/tests/${room}/${file}_test.c)
    target_include_directories(${target} PRIVATE ${CMAKE_SOURCE_DIR}/proxy/${room} ${CMAKE_SOURCE_DIR}/tests)
    target_compile_definitions(${target} PRIVATE WHYTLS_ROOM="test" WHYTLS_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
    list(TRANSFORM T_USES PREPEND whytls_)
    target_link_libraries(${target} PRIVATE whytls_${room} ${T_USES} ${T_LIBS} PkgConfig::CMOCKA)
    add_test(NAME ${room}/${file} COMMAND ${target})
    set_tests_properties(${room}/${file} PROPERTIES TIMEOUT 120)
endfunction()
