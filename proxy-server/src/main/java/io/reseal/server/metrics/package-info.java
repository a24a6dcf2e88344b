/** What is measured, and how Prometheus reads it. */
@NullMarked
package io.reseal.server.metrics;

import org.jspecify.annotations.NullMarked;
