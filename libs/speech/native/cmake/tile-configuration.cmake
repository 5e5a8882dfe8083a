# AMX_IS_BROKEN: the compiler knows AMX and miscompiles its tile configuration (tile-configuration.c). The output is
# inspected, not the version: distributions backport the correction.
set(AMX_IS_BROKEN OFF)
if (CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    execute_process(COMMAND ${CMAKE_C_COMPILER} -O3 -mamx-tile -S -o - ${CMAKE_CURRENT_LIST_DIR}/tile-configuration.c
        OUTPUT_VARIABLE TILE_ASSEMBLY ERROR_QUIET RESULT_VARIABLE TILE_OUTCOME)
    if (TILE_OUTCOME EQUAL 0 AND NOT TILE_ASSEMBLY MATCHES "23130")
        set(AMX_IS_BROKEN ON)
        message(STATUS "This compiler miscompiles AMX tile configurations: ggml is built without AMX")
    endif()
endif()
