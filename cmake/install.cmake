# What a user of the library gets: headers, archives, the tool, a CMake package and .pc files, all of
# them to be moved anywhere together.
#
# Targets: espmem::core, espmem::idf, espmem::idf_checked. A further one needs a target above with its EXPORT_NAME, a line
# in `targets` here, and a row of espmem_pkgconfig.
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/espmem)
set(targets espmem-core)
set_target_properties(espmem-core PROPERTIES EXPORT_NAME core)
if(TARGET espmem-idf)
    set_target_properties(espmem-idf PROPERTIES EXPORT_NAME idf_archive)
    set_target_properties(espmem-firmware PROPERTIES EXPORT_NAME idf)
    set_target_properties(espmem-checked PROPERTIES EXPORT_NAME idf_checked)
    list(APPEND targets espmem-idf espmem-firmware espmem-checked)
    install(FILES ${PROJECT_BINARY_DIR}/checked-gcc.flags ${PROJECT_BINARY_DIR}/checked-clang.flags
                  tool/gdb/espmem.py DESTINATION ${CMAKE_INSTALL_DATADIR}/espmem)
endif()

install(TARGETS ${targets} EXPORT espmem-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(EXPORT espmem-targets NAMESPACE espmem:: DESTINATION ${package_dir})
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
if(TARGET espmem)
    install(TARGETS espmem RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

configure_package_config_file(cmake/espmem-config.cmake.in ${PROJECT_BINARY_DIR}/espmem-config.cmake
                              INSTALL_DESTINATION ${package_dir} NO_SET_AND_CHECK_MACRO)
# Word size is not compared: a 32-bit tree brings -m32 itself.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/espmem-config-version.cmake
                                 COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)
install(FILES ${PROJECT_BINARY_DIR}/espmem-config.cmake ${PROJECT_BINARY_DIR}/espmem-config-version.cmake
        DESTINATION ${package_dir})

# Writes NAME.pc: its title, flags to compile, and flags to link after -L.
function(espmem_pkgconfig name title cflags libs)
    string(REPLACE ";" " " cflags "${cflags}")
    string(REPLACE ";" " " libs "${libs}")
    file(RELATIVE_PATH prefix_from_pc /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
    string(REGEX REPLACE "/$" "" prefix_from_pc "${prefix_from_pc}")
    configure_file(cmake/espmem.pc.in ${PROJECT_BINARY_DIR}/${name}.pc @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

espmem_pkgconfig(espmem "Heaps over unlike memories and bank-switched memory" "${ESPMEM_WORD_FLAGS}"
                 "-lespmem-core;${ESPMEM_WORD_FLAGS}")
if(TARGET espmem-idf)
    espmem_pkgconfig(espmem-idf "ESP-IDF's memory functions on a simulated ESP32"
                     "-I\${includedir}/idf;-pthread;${ESPMEM_WORD_FLAGS}"
                     "-lespmem-idf;-pthread;${ESPMEM_WORD_FLAGS};${ESPMEM_WRAP_OPTIONS}")
    # gcc's; for clang: pkg-config --define-variable=compiler=clang
    set(espmem_pc_variables "compiler=gcc")
    espmem_pkgconfig(espmem-idf-checked "The same with access checks"
                     "-I\${includedir}/idf;-pthread;${ESPMEM_WORD_FLAGS};@\${prefix}/${CMAKE_INSTALL_DATADIR}/espmem/checked-\${compiler}.flags"
                     "-lespmem-idf;-pthread;${ESPMEM_WORD_FLAGS};${ESPMEM_WRAP_OPTIONS};${ESPMEM_CHECKED_WRAP_OPTIONS}")
    unset(espmem_pc_variables)
endif()
