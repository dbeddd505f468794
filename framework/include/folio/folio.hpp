// All that a route file needs:
//
//     #include <folio/folio.hpp>
//     using namespace folio;
#pragma once

#include <folio/body_stream.hpp>
#include <folio/channel.hpp>
#include <folio/error.hpp>
#include <folio/extract.hpp>
#include <folio/http_client.hpp>
#include <folio/json.hpp>
#include <folio/log.hpp>
#include <folio/middleware.hpp>
#include <folio/multipart.hpp>
#include <folio/offload.hpp>
#include <folio/persistent.hpp>
#include <folio/request.hpp>
#include <folio/response.hpp>
#include <folio/response_stream.hpp>
#include <folio/result.hpp>
#include <folio/room.hpp>
#include <folio/serve_files.hpp>
#include <folio/spawn.hpp>
#include <folio/task.hpp>
#include <folio/websocket.hpp>
#include <folio/websocket_client.hpp>
