# Programs that nobody here wrote judge what we make: every scenario's capture under tshark.
file(GLOB judged CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/scenarios/*.json)
list(FILTER judged EXCLUDE REGEX "schema\\.json$")
foreach(scenario ${judged})
  cmake_path(GET scenario STEM name)
  add_test(NAME judge_pcap_${name}
    COMMAND ${PROJECT_SOURCE_DIR}/tests/judge_pcap.sh $<TARGET_FILE:postroad> ${scenario})
  set_tests_properties(judge_pcap_${name} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
    FAIL_REGULAR_EXPRESSION "AddressSanitizer;LeakSanitizer;runtime error:")
endforeach()
# The same worlds over IPv6, and with both versions.
foreach(version v6 both)
  add_test(NAME judge_pcap_over_${version}
    COMMAND ${PROJECT_SOURCE_DIR}/tests/judge_pcap.sh $<TARGET_FILE:postroad>
      ${PROJECT_SOURCE_DIR}/scenarios/first-mail.json --set /ip=${version})
  set_tests_properties(judge_pcap_over_${version} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
    FAIL_REGULAR_EXPRESSION "AddressSanitizer;LeakSanitizer;runtime error:")
endforeach()
add_test(NAME judge_dns
  COMMAND ${PROJECT_SOURCE_DIR}/tests/judge_dns.sh $<TARGET_FILE:postroad>
    ${PROJECT_SOURCE_DIR}/scenarios/dns-tree.json)
set_tests_properties(judge_dns PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)

# Every way to TLS, over links that lose more: by STARTTLS and on the ports of implicit TLS, in both versions.
foreach(how starttls implicit)
  foreach(version 1.2 1.3)
    add_test(NAME judge_pcap_tls_${how}_${version}
      COMMAND ${PROJECT_SOURCE_DIR}/tests/judge_pcap.sh $<TARGET_FILE:postroad>
        ${PROJECT_SOURCE_DIR}/scenarios/starttls.json --set "/expect=[]" --set /hosts/alice-pc/client/tls=${how}
        --set "/hosts/mail.a.example/mail_server/tls/version=\"${version}\"" --set "/links/a-mail/loss=8 %"
        --set "/links/b-mail/loss=5 %" --set /hosts/bob-pc/client/tls=${how}
        --set /hosts/bob-pc/client/fetches_from=mx1.b.example --set "/hosts/bob-pc/client/fetches_every=2 s"
        --set /hosts/mx1.b.example/mail_server/tls/certificate=valid)
    set_tests_properties(judge_pcap_tls_${how}_${version} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
      FAIL_REGULAR_EXPRESSION "AddressSanitizer;LeakSanitizer;runtime error:")
  endforeach()
endforeach()
add_test(NAME judge_the_judge
  COMMAND ${PROJECT_SOURCE_DIR}/tests/judge_the_judge.sh $<TARGET_FILE:postroad>
    ${PROJECT_SOURCE_DIR}/scenarios/first-mail.json ${PROJECT_SOURCE_DIR}/scenarios/starttls.json)
set_tests_properties(judge_the_judge PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
# The kernel's TCP/IP and real mail programs, through a TUN device in a network namespace; where one is missing it is skipped.
foreach(loss 0 10)
  add_test(NAME judge_live_${loss}
    COMMAND ${PROJECT_SOURCE_DIR}/tests/app/judge_live.sh $<TARGET_FILE:postroad> "${loss} %")
  add_test(NAME judge_live_mail_${loss}
    COMMAND ${PROJECT_SOURCE_DIR}/tests/app/judge_live_mail.sh $<TARGET_FILE:postroad> "${loss} %")
  set_tests_properties(judge_live_${loss} judge_live_mail_${loss} PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77)
endforeach()
# A real browser opens the pages.
add_test(NAME judge_page
  COMMAND ${PROJECT_SOURCE_DIR}/tests/app/judge_page.py $<TARGET_FILE:postroad> ${PROJECT_SOURCE_DIR}/scenarios)
set_tests_properties(judge_page PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
  ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;ASAN_OPTIONS=detect_leaks=0")
# The window on a virtual screen, by real clicks and keys.
add_test(NAME judge_window
  COMMAND ${PROJECT_SOURCE_DIR}/tests/app/judge_window.py $<TARGET_FILE:postroad> ${PROJECT_SOURCE_DIR}/scenarios)
set_tests_properties(judge_window PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
  ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;ASAN_OPTIONS=detect_leaks=0")
# The same inside each view: where things stand is told by a twin of the window.
add_executable(window_twin window_twin.c ${PROJECT_SOURCE_DIR}/tests/viz/draw/rerun_at_once.c
  ${PROJECT_SOURCE_DIR}/tests/viz/draw/run_scenario.c)
target_link_libraries(window_twin PRIVATE postroad_flags postroad_draw postroad_host postroad_scenario)
target_compile_definitions(window_twin PRIVATE POSTROAD_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
add_test(NAME judge_views
  COMMAND ${PROJECT_SOURCE_DIR}/tests/app/judge_views.py $<TARGET_FILE:postroad> $<TARGET_FILE:window_twin>)
set_tests_properties(judge_views PROPERTIES TIMEOUT 600 SKIP_RETURN_CODE 77
  ENVIRONMENT "PYTHONDONTWRITEBYTECODE=1;ASAN_OPTIONS=detect_leaks=0")
