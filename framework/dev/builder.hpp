// Builds an app for development: generates the wrappers, compiles what changed through ninja, one shared object a
// route, and publishes each under a name that says its content, so that what a running program has mapped is never
// overwritten and a new version is never taken for the old.
//
// Thread rule: everything on the thread of the loop. Lifetime: no callback after the destructor, nor from within
// start(); the toolchain and the folders must outlive it.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "dev/app_folder.hpp"
#include "dev/diagnostic.hpp"
#include "dev/ninja_file.hpp"
#include "dev/ninja_output.hpp"
#include "dev/packages.hpp"
#include "dev/toolchain.hpp"
#include "net/alarm.hpp"
#include "net/process.hpp"

namespace folio::dev {

// What there is to compile: the wrappers that the code generator made of the routes folder, on disk, the app's private
// sources and its packages; or errors.
struct Generated {
  struct Unit {
    BuildUnit build;
    std::string file;  // the user's, relative to the app
  };
  std::vector<Diagnostic> errors;
  std::vector<Unit> units;
  std::vector<Unit> private_units = {};
  std::string sources = {};  // the app's src/, when there is one
  Packages packages = {};
};

// What is built of it; further units may be added.
[[nodiscard]] BuildPlan plan_of(const Generated& generated, const Toolchain& tools, const AppFolder& app);

struct RebuiltUnit {
  std::string file;
  std::chrono::milliseconds compile{0};
  std::chrono::milliseconds link{0};
};

struct BuildResult {
  bool ok = false;
  std::vector<Diagnostic> diagnostics;  // when ok: warnings at most
  std::vector<RebuiltUnit> rebuilt;
  std::vector<std::string> objects;  // when ok: all of the app's shared objects, published, in the units' order
  std::size_t sharing = 0;           // of them: those that use the private sources
  bool framework_changed = false;    // libfolio.so is not the one of the build before
  std::chrono::milliseconds took{0};
};

class Builder {
 public:
  struct Callbacks {
    std::function<Generated()> generate;
    std::function<void(BuildResult)> on_done;
    // After a build that went well: every file that a unit includes besides its own, absolute.
    std::function<void(std::vector<std::string>)> on_dependencies;
    // A build was cancelled, and has ended.
    std::function<void()> on_cancelled;
  };

  Builder(uv_loop_s* loop, const Toolchain& tools, const AppFolder& app, std::string folder, Callbacks callbacks);
  ~Builder();
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;

  // Begins a build. One that runs is stale: it is cancelled, and only the new one reports.
  void start();
  // Ends a running build without a report.
  void cancel();
  // Removes the published objects of earlier builds, which only a program that is about to end still uses.
  void forget_old_objects() const;
  [[nodiscard]] bool building() const { return state_ != State::Idle; }

 private:
  enum class State { Idle, Building, Cancelled, CancelledAndAgain };
  using Clock = std::chrono::steady_clock;
  using FileIdentity = std::pair<std::int64_t, std::uint64_t>;  // time in nanoseconds, size
  struct Published {
    FileIdentity built;  // of the object that ninja made
    std::string hash;    // of its content
    bool uses_private = false;
    std::string file;  // where it lies under a name of its content
  };

  void begin();
  void ended(net::ProcessExit exit);
  void finish(BuildResult result);
  void read_steps(const std::vector<NinjaStep>& steps, BuildResult& result) const;
  [[nodiscard]] bool publish(BuildResult& result);
  [[nodiscard]] bool publish_private(std::string& folder, BuildResult& result);
  Published& look_at(const std::string& name);
  [[nodiscard]] bool copy_to(const std::string& target, const std::string& name, BuildResult& result);
  void remove_orphans();
  void ask_for_dependencies();
  [[nodiscard]] const Generated::Unit* unit_named(const std::string& name) const;

  const Toolchain& tools_;
  const AppFolder& app_;
  std::string folder_;
  Callbacks callbacks_;
  State state_ = State::Idle;
  Clock::time_point begun_;
  Generated generated_;
  std::string output_;
  std::string dependencies_;
  std::map<std::string, Published> published_;  // by the name of its unit
  FileIdentity library_;
  net::Process ninja_;
  net::Process query_;
  net::Alarm insist_;  // a ninja that does not end when told
  net::Alarm report_;  // a result that is known at once still comes from the loop
  BuildResult early_;
};

}  // namespace folio::dev
