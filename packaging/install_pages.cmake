# Installs the pages that are read in a package: README.md, docs/ and the README of the scenarios. Links to the sources,
# which are not installed, become plain words; the others lead where they did, by two symbolic links.
# Set before: SOURCE_DIR and DATA_DIR (the folder below the prefix, "share").
set(data "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/${DATA_DIR}")
set(doc "${data}/doc/postroad")

file(GLOB pages RELATIVE ${SOURCE_DIR} ${SOURCE_DIR}/docs/*.md)
foreach(page README.md scenarios/README.md ${pages})
  file(READ ${SOURCE_DIR}/${page} text)
  string(REGEX REPLACE "\\[([^][]*)\\]\\((\\.\\./)?(app|model|sim|viz|tests|po|\\.ci)/[^)]*\\)" "\\1" text "${text}")
  string(REPLACE "](LICENSE)" "](copyright)" text "${text}")
  set(to "${doc}/${page}")
  if(page STREQUAL scenarios/README.md)
    set(to "${data}/postroad/${page}")
  endif()
  message(STATUS "Installing: ${to}")
  file(WRITE "${to}" "${text}")
endforeach()

file(CREATE_LINK ../../postroad/scenarios "${doc}/scenarios" SYMBOLIC)
file(CREATE_LINK ../doc/postroad/docs "${data}/postroad/docs" SYMBOLIC)
