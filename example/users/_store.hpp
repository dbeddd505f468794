// Users in memory, for users/index.cpp and users/[id=uint].cpp. Files and folders that begin with an underscore are
// private: they are no routes.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What a client sends.
struct NewUser {
  std::string name;
  std::optional<std::string> email;
};

// What it gets. A plain struct is JSON as it stands.
struct User {
  std::uint64_t id;
  std::string name;
  std::optional<std::string> email;
};

// One object for all threads of the server, so it guards itself.
class UserStore {
 public:
  std::vector<User> all() {
    std::lock_guard lock(mutex_);
    std::vector<User> list;
    for (const auto& [id, user] : users_) list.push_back(user);
    return list;
  }
  std::optional<User> find(std::uint64_t id) {
    std::lock_guard lock(mutex_);
    const auto found = users_.find(id);
    if (found == users_.end()) return std::nullopt;
    return found->second;
  }
  User add(NewUser from) {
    std::lock_guard lock(mutex_);
    const std::uint64_t id = next_id_++;
    return users_[id] = User{id, std::move(from.name), std::move(from.email)};
  }
  std::optional<User> replace(std::uint64_t id, NewUser from) {
    std::lock_guard lock(mutex_);
    const auto found = users_.find(id);
    if (found == users_.end()) return std::nullopt;
    return found->second = User{id, std::move(from.name), std::move(from.email)};
  }
  bool remove(std::uint64_t id) {
    std::lock_guard lock(mutex_);
    return users_.erase(id) != 0;
  }

 private:
  std::mutex mutex_;
  std::map<std::uint64_t, User> users_ = {{1, {1, "Ada Lovelace", "ada@example.org"}},
                                          {2, {2, "Alan Turing", std::nullopt}}};
  std::uint64_t next_id_ = 3;
};
