# Read by CPack when it begins: without these tools the package would come out without its manual pages or without its
# dependencies, and nobody would say so.
find_program(SHLIBDEPS dpkg-shlibdeps)
if(NOT CPACK_BELFRY_SCDOC OR NOT SHLIBDEPS)
  message(FATAL_ERROR "scdoc or dpkg-shlibdeps is missing. Run  script/bootstrap package  and begin again with  cmake --preset release")
endif()
