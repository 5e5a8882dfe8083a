# WITHOUT: sets of instructions that are not used though the processor has them (`amx;avx512;bf16`), for a processor or a
# compiler that cannot be trusted with them, and to see on one machine what another would do.
#   WITHOUT_FLAGS   for the compiler
#   ONEDNN_LIMIT    the newest set that oneDNN may choose at run time
set(WITHOUT "" CACHE STRING "amx, avx512, bf16: instructions that are not used")
set(WITHOUT_FLAGS "")
set(ONEDNN_LIMIT "")
if (CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    # Not the tiles themselves: ggml would not be built without them.
    if ("amx" IN_LIST WITHOUT)
        list(APPEND WITHOUT_FLAGS -mno-amx-int8 -mno-amx-bf16)
        set(ONEDNN_LIMIT AVX512_CORE_BF16)
    endif()
    if ("bf16" IN_LIST WITHOUT)
        list(APPEND WITHOUT_FLAGS -mno-avx512bf16 -mno-amx-bf16)
        set(ONEDNN_LIMIT AVX512_CORE_VNNI)
    endif()
    if ("avx512" IN_LIST WITHOUT)
        list(APPEND WITHOUT_FLAGS -mno-avx512f -mno-amx-int8 -mno-amx-bf16)
        set(ONEDNN_LIMIT AVX2)
    endif()
endif()
