// Secrets: they come back, only with the key, only under their name, and are nowhere to be read.
#include "scheduler/people/secret_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "scheduler/people/api_tokens.h"
#include "scheduler/people/password.h"
#include "scheduler/people/secret_box.h"
#include "scheduler/storage/people_secrets.h"
#include "tests/support/people_fixture.h"

namespace tidemill {
namespace {

class Secrets : public PeopleFixture {
 protected:
  void SetUp() override {
    PeopleFixture::SetUp();
    open_store();
  }
  void open_store() {
    auto opened = SecretStore::open(folder_.path(), *readers_);
    ASSERT_TRUE(opened.ok()) << opened.error().message;
    store_ = std::move(opened).value();
  }
  void set(const std::string& name, const std::string& value) {
    must(store_->set(name, value, "ann", now_).value());
  }
  std::string key_file() const { return folder_ / "secrets.key"; }
  std::string key_bytes() const {
    std::ifstream in(key_file(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }
  std::string open_error() {
    const auto opened = SecretStore::open(folder_.path(), *readers_);
    return opened.ok() ? "" : opened.error().message;
  }
  void tamper(const std::string& sql) {
    auto raw = Database::open(path(), OpenMode::read_write).value();
    const Status done = raw.execute(sql);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  std::unique_ptr<SecretStore> store_;
};

TEST_F(Secrets, ComeBackAlsoAfterARestart) {
  const std::string large(kMaxSecretValueBytes, 'x');
  set("db", "pass\nword \xff");
  set("large", large);
  set("db", "second");
  EXPECT_EQ(store_->get("db").value(), "second");
  close();
  open();
  open_store();
  EXPECT_EQ(store_->get("db").value(), "second");
  EXPECT_EQ(store_->get("large").value(), large);
  EXPECT_EQ(store_->get("other").error().code, ErrorCode::not_found);
}

TEST_F(Secrets, ListsNamesOnly) {
  set("b", "one");
  set("a", "two");
  const auto found = store_->list().value();
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "a");
  EXPECT_EQ(found[0].updated_by, "ann");
  EXPECT_EQ(found[0].updated_at, now_);
  must(store_->remove("a"));
  EXPECT_EQ(store_->get("a").error().code, ErrorCode::not_found);
  EXPECT_EQ(commit(store_->remove("a")).error().code, ErrorCode::not_found);
}

TEST_F(Secrets, BadNamesAndValuesAreRefusedWithoutRepeatingThem) {
  for (const char* name : {"", "a/b", "..", "a b"}) {
    EXPECT_FALSE(store_->set(name, "value", "ann", now_).ok()) << name;
    EXPECT_FALSE(store_->get(name).ok());
  }
  for (const std::string& value :
       {std::string(), std::string("can\0ary", 7), std::string(kMaxSecretValueBytes + 1, 'c')}) {
    const auto refused = store_->set("db", value, "ann", now_);
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().message.find("can"), std::string::npos);
  }
  EXPECT_FALSE(std::filesystem::exists(key_file()));
}

TEST_F(Secrets, TheKeyIsPrivateAndMadeOnce) {
  set("db", "value");
  struct stat st {};
  ASSERT_EQ(::stat(key_file().c_str(), &st), 0);
  EXPECT_EQ(st.st_mode & 0777, 0600u);
  const std::string before = key_bytes();
  EXPECT_EQ(before.size(), 32u);
  set("other", "value");
  EXPECT_EQ(key_bytes(), before);
}

TEST_F(Secrets, AKeyThatOthersReadOrThatIsNoneIsRefused) {
  set("db", "value");
  for (const unsigned mode : {0640u, 0604u, 0660u, 0777u}) {
    ASSERT_EQ(::chmod(key_file().c_str(), mode), 0);
    EXPECT_NE(open_error().find("chmod 600"), std::string::npos) << mode;
  }
  ASSERT_EQ(::chmod(key_file().c_str(), 0600), 0);
  EXPECT_EQ(open_error(), "");
  std::filesystem::resize_file(key_file(), 31);
  EXPECT_NE(open_error().find("no key"), std::string::npos);
  std::filesystem::remove(key_file());
  std::filesystem::create_symlink("/dev/zero", key_file());
  EXPECT_NE(open_error(), "");
  std::filesystem::remove(key_file());
  std::filesystem::create_directory(key_file());
  EXPECT_NE(open_error(), "");
}

TEST_F(Secrets, WithoutTheKeyNothingIsOverwritten) {
  set("db", "value");
  std::filesystem::remove(key_file());
  open_store();
  EXPECT_NE(store_->get("db").error().message.find("secrets.key"), std::string::npos);
  EXPECT_FALSE(store_->set("db", "new", "ann", now_).ok());
  EXPECT_FALSE(std::filesystem::exists(key_file()));
}

TEST_F(Secrets, AnotherKeyOpensNothing) {
  set("db", "value");
  std::filesystem::remove(key_file());
  ASSERT_TRUE(SecretKey::random().write(key_file()).ok());
  open_store();
  EXPECT_FALSE(store_->get("db").ok());
}

TEST_F(Secrets, ValuesCannotChangePlacesOrBytes) {
  set("low", "harmless");
  set("high", "precious");
  tamper(
      "UPDATE secrets SET (nonce, ciphertext) ="
      " (SELECT nonce, ciphertext FROM secrets WHERE name = 'high') WHERE name = 'low'");
  EXPECT_EQ(store_->get("low").error().code, ErrorCode::corrupt);
  EXPECT_EQ(store_->get("high").value(), "precious");
  for (const char* sql :
       {"UPDATE secrets SET ciphertext = substr(ciphertext, 1, 20) WHERE name = 'high'",
        "UPDATE secrets SET ciphertext = '' WHERE name = 'high'",
        "UPDATE secrets SET nonce = 'not base64!' WHERE name = 'high'"}) {
    tamper(sql);
    EXPECT_EQ(store_->get("high").error().code, ErrorCode::corrupt) << sql;
  }
}

TEST_F(Secrets, ANewKeyOpensEverythingAndTheOldOneNothing) {
  set("a", "one");
  set("b", "two");
  const std::string before = key_bytes();
  const SecretKey old_key = SecretKey::read(key_file()).value();
  must(store_->begin_new_key().value());
  EXPECT_EQ(store_->get("a").value(), "one");  // before it is finished
  set("c", "three");
  ASSERT_TRUE(store_->finish_new_key().ok());
  EXPECT_NE(key_bytes(), before);
  EXPECT_FALSE(std::filesystem::exists(key_file() + ".new"));
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {"a", "one"}, {"b", "two"}, {"c", "three"}}) {
    EXPECT_EQ(store_->get(name).value(), value);
  }
  open_store();
  EXPECT_EQ(store_->get("b").value(), "two");
  const auto row = read([](Database& d) { return find_secret(d, "b"); }).value();
  EXPECT_FALSE(old_key.open("b", {row->nonce, row->ciphertext}).ok());
  EXPECT_FALSE(store_->finish_new_key().ok());
}

TEST_F(Secrets, ACrashBeforeTheCommitKeepsTheOldKey) {
  set("a", "one");
  const std::string before = key_bytes();
  const Change never_committed = store_->begin_new_key().value();
  open_store();
  EXPECT_EQ(store_->get("a").value(), "one");
  EXPECT_EQ(key_bytes(), before);
  EXPECT_FALSE(std::filesystem::exists(key_file() + ".new"));
}

TEST_F(Secrets, ACrashAfterTheCommitTakesTheNewKey) {
  set("a", "one");
  const std::string before = key_bytes();
  must(store_->begin_new_key().value());
  open_store();
  EXPECT_EQ(store_->get("a").value(), "one");
  EXPECT_NE(key_bytes(), before);
  EXPECT_FALSE(std::filesystem::exists(key_file() + ".new"));
  set("b", "two");
  EXPECT_EQ(store_->get("b").value(), "two");
}

TEST_F(Secrets, ASecretThatDoesNotOpenStopsTheReplacementNotTheScheduler) {
  set("a", "one");
  tamper("UPDATE secrets SET ciphertext = ''");
  const auto done = commit(store_->begin_new_key().value());
  EXPECT_EQ(done.error().code, ErrorCode::conflict);
  set("b", "two");
  EXPECT_EQ(store_->get("b").value(), "two");
}

std::string mapped(const std::string& text, const std::function<std::string(unsigned char)>& map) {
  std::string out;
  for (const char c : text) out += map(static_cast<unsigned char>(c));
  return out;
}

std::string base64(const std::string& text, const char* last_two) {
  const std::string alphabet =
      std::string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") + last_two;
  std::string out;
  // Whole groups only: what follows them depends on what stands behind the text.
  for (std::size_t i = 0; i + 3 <= text.size(); i += 3) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[i + at]); };
    const unsigned group = (byte(0) << 16u) | (byte(1) << 8u) | byte(2);
    for (int shift = 18; shift >= 0; shift -= 6) out += alphabet[(group >> shift) & 63u];
  }
  return out;
}

// Twelve ways in which a value shows up where it should not.
std::map<std::string, std::string> encodings(const std::string& canary) {
  std::map<std::string, std::string> all;
  all["as it is"] = canary;
  all["reversed"] = {canary.rbegin(), canary.rend()};
  all["hex"] = mapped(canary, [](unsigned char c) { return fmt::format("{:02x}", c); });
  all["HEX"] = mapped(canary, [](unsigned char c) { return fmt::format("{:02X}", c); });
  all["URL"] = mapped(canary, [](unsigned char c) {
    return std::isalnum(c) ? std::string(1, static_cast<char>(c)) : fmt::format("%{:02X}", c);
  });
  all["JSON"] = Json(canary).dump();
  all["UTF-16"] = mapped(canary, [](unsigned char c) {
    return std::string{static_cast<char>(c), '\0'};
  });
  all["base64"] = base64(canary, "+/");
  all["base64, one byte on"] = base64(canary.substr(1), "+/");
  all["base64, two bytes on"] = base64(canary.substr(2), "+/");
  all["base64url"] = base64(canary, "-_");
  all["second half"] = canary.substr(canary.size() / 2);
  return all;
}

TEST_F(Secrets, NoSecretPasswordOrTokenIsInAnyFileInAnyOfTwelveEncodings) {
  const std::string secret = "ca/na~ry?>secret\"one<two&three";
  const std::string password = "ca/na~ry?>password\"one<two&three";
  // The search finds what is there.
  std::ofstream(folder_ / "control") << encodings(secret).at("base64url");
  EXPECT_NE(stored_bytes("").find(encodings(secret).at("base64url")), std::string::npos);
  std::filesystem::remove(folder_ / "control");

  set("db", secret);
  set("again", "harmless");
  set("again", secret);
  must(store_->remove("again"));
  PasswordHasher hasher(PasswordCost{1, 8192});
  must(create_user({"ann", hasher.hash(password).value(), Role::admin, false}, now_));
  Principal ann;
  ann.kind = Principal::Kind::user;
  ann.name = "ann";
  ann.role = Role::admin;
  const Credential token = create_api_token({"ann", "ci", Role::admin, std::nullopt, {}}, ann,
                                            now_);
  const Credential session = renew_session("ann", "", now_);
  const Credential link = make_link("ann", now_);
  for (const Credential* made : {&token, &session, &link}) must(made->change);
  ASSERT_TRUE(commit(store_->set("db", secret, "ann", now_).value()).ok());
  ASSERT_TRUE(writer_->checkpoint().ok());

  const std::string bytes = stored_bytes("secrets.key");
  ASSERT_GT(bytes.size(), 10'000u);
  for (const std::string& canary : {secret, password, token.token, session.token, link.token}) {
    for (const auto& [how, text] : encodings(canary)) {
      EXPECT_EQ(bytes.find(text), std::string::npos) << how;
    }
  }
}

}  // namespace
}  // namespace tidemill
