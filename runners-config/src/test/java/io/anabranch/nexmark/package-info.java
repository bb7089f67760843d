/**
 * Queries of Beam's Nexmark suite (Tucker et al., NEXMark, 2002; Beam's {@code
 * sdks/java/testing/nexmark}) as views, each against a plain loop.
 */
package io.anabranch.nexmark;
