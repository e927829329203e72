tidemill_test(people_unit_test
  SOURCES
    unit/scheduler/bearer_test.cc
    unit/scheduler/param_vault_test.cc
    unit/scheduler/password_test.cc
    unit/scheduler/refusal_book_test.cc
    unit/scheduler/address_test.cc
    unit/scheduler/signed_call_test.cc
  LIBS tidemill_people)
tidemill_test(audit_test SOURCES integration/audit_test.cc LIBS tidemill_people)
tidemill_test(people_test
  SOURCES
    integration/accounts_test.cc
    integration/authenticator_test.cc
    integration/secret_store_test.cc
    integration/sign_in_test.cc
  LIBS tidemill_people)
tidemill_test(people_scheduler_test
  SOURCES integration/people_scheduler_test.cc
  LIBS tidemill_people tidemill_scheduler)
