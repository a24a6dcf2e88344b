@NullMarked
package io.reseal.server.metrics;

import org.jspecify.annotations.NullMarked;
