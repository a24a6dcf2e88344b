/** What behaviour tests are made of: scripted upstreams, raw clients, and a proxy between them. */
@NullMarked
package io.reseal.testkit;

import org.jspecify.annotations.NullMarked;
