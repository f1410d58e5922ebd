# The page's style and program, as arrays of bytes for the compiler, and the digest of the program by which the page's
# policy lets it run and nothing else (CSP, 'sha256-...'):
#   cmake -DOUT=assets.c -DCSS=a.css;b.css -DJS=a.js;b.js -P embed.cmake
function(bytes_of name out)
  set(all "")
  foreach(file ${ARGN})
    file(READ ${file} hex HEX)
    string(APPEND all "${hex}")
  endforeach()
  string(REGEX REPLACE "(................................)" "\\1\n" lines "${all}")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," lines "${lines}")
  set(${out} "const unsigned char ${name}[] = {\n${lines}0};\nconst size_t ${name}_size = sizeof ${name} - 1;\n" PARENT_SCOPE)
endfunction()

# RFC 4648 4, of a digest in hexadecimal: three bytes become four letters, and 32 bytes leave two over.
function(base64_of hex out)
  set(alphabet ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/)
  set(text "")
  foreach(group RANGE 10)
    math(EXPR at "${group} * 6")
    string(SUBSTRING "${hex}0000" ${at} 6 three)
    foreach(shift 18 12 6 0)
      math(EXPR digit "(0x${three} >> ${shift}) & 63")
      string(SUBSTRING ${alphabet} ${digit} 1 letter)
      string(APPEND text ${letter})
    endforeach()
  endforeach()
  string(SUBSTRING ${text} 0 43 text)
  set(${out} "${text}=" PARENT_SCOPE)
endfunction()

bytes_of(page_css css ${CSS})
bytes_of(page_js js ${JS})
# string(SHA256) of a text would trip over semicolons and brackets: a file is what is digested.
set(whole ${OUT}.js)
file(WRITE ${whole} "")
execute_process(COMMAND ${CMAKE_COMMAND} -E cat ${JS} OUTPUT_FILE ${whole} COMMAND_ERROR_IS_FATAL ANY)
file(SHA256 ${whole} digest)
base64_of(${digest} base64)
file(WRITE ${OUT} "#include \"viz/page/page_assets.h\"\n\n${css}\n${js}\n"
  "const char page_js_digest[] = \"sha256-${base64}\";\n")
