/** The demonstration: certificates, upstreams and a proxy in one process. */
@NullMarked
package io.reseal.server.demo;

import org.jspecify.annotations.NullMarked;
