# Warnings for our own code, hardening in release (reproducible: no build path enters the binary), sanitizers in tests.
add_library(journey_flags INTERFACE)
target_compile_definitions(journey_flags INTERFACE _GNU_SOURCE JOURNEY_VERSION="${PROJECT_VERSION}")
target_include_directories(journey_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/include ${CMAKE_SOURCE_DIR}/base)
target_compile_options(journey_flags INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wswitch-enum -Wstrict-prototypes
  -Wmissing-prototypes -Werror -Wformat=2)
set(code_generation -fno-strict-overflow -fno-delete-null-pointer-checks
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=.)
target_link_libraries(journey_flags INTERFACE Threads::Threads)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  set(CMAKE_C_FLAGS_RELEASE "-O2 -g") # assertions stay on: no NDEBUG
  list(APPEND code_generation -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-strong
    -fstack-clash-protection -fcf-protection=full)
  if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND code_generation -fzero-call-used-regs=used-gpr -ftrivial-auto-var-init=zero) # clang 14 has neither
  endif()
  target_link_options(journey_flags INTERFACE -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodlopen,-z,separate-code)
endif()

target_compile_options(journey_flags INTERFACE ${code_generation})
get_target_property(kind llhttp TYPE)
if(kind STREQUAL "STATIC_LIBRARY") # source of others, compiled here: not our warnings, but our hardening, and no path of this machine
  target_compile_options(llhttp PRIVATE ${code_generation})
endif()

set(sanitizers "")
if(JOURNEY_SANITIZE)
  set(sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(JOURNEY_TSAN)
  set(sanitizers -fsanitize=thread -fno-omit-frame-pointer)
elseif(JOURNEY_FUZZ)
  set(sanitizers -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
endif()
if(JOURNEY_COVERAGE)
  list(APPEND sanitizers --coverage -fprofile-update=atomic) # threads count, too
endif()
add_compile_options(${sanitizers})
add_link_options(${sanitizers})

# A hundred test programs are linked anew with each change of what they test: mold takes a third of the time that ld takes.
find_program(MOLD mold)
if(sanitizers AND MOLD)
  add_link_options(-fuse-ld=mold)
endif()
# 360,000 addresses, most of them UBSan's, would be moved at every start; tests start the program some thousand times.
if(JOURNEY_SANITIZE)
  add_link_options($<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
endif()
