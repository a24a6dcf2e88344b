@NullMarked
package io.reseal.server.accesslog;

import org.jspecify.annotations.NullMarked;
