// The bodies of Asio, compiled once instead of in every source that uses them.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
