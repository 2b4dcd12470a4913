// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Leg, Venue} from "../src/Types.sol";
import {Refusal} from "../src/Refusal.sol";
import {MockToken} from "./support/MockToken.sol";
import {Market} from "./support/RouterWorld.sol";
import {SectionWorld} from "./support/SectionWorld.sol";

/// @title Through tokens on the way, on the genuine pools: as planned when nothing moved, in the plan's shares when it did
contract RouterSectionsTest is SectionWorld {
    uint256 private constant LARGEST = 2 ** 127 - 1;

    function amountOf(uint256 seed) private pure returns (uint256) {
        return bound(seed, 1_000e6, 1_000_000e6);
    }

    // --- nothing moved: to the unit ---

    function testFuzz_twoHops_areOneAfterTheOther(uint8 first, uint8 second, uint256 amount) public {
        uint256 amountIn = amountOf(amount);
        uint256 way = quote(usdc, wbtc, first, amountIn);
        uint256 out = quote(wbtc, weth, second, way);
        addHead(usdc, wbtc, 0);
        addLeg(usdc, wbtc, first, amountIn);
        addHead(wbtc, weth, way);
        addLeg(wbtc, weth, second, way);
        expectSpent(wbtc, weth, second, way);
        assertEq(swap(usdc, weth, route), out);
        assertEmpty();
    }

    function testFuzz_threeHops_areOneAfterTheOther(uint8[3] memory venues, uint256 amount) public {
        uint256 amountIn = amountOf(amount);
        uint256 first = quote(usdc, wbtc, venues[0], amountIn);
        uint256 second = quote(wbtc, dai, venues[1], first);
        uint256 out = quote(dai, weth, venues[2], second);
        addHead(usdc, wbtc, amountIn);
        addLeg(usdc, wbtc, venues[0], amountIn);
        addHead(wbtc, dai, first);
        addLeg(wbtc, dai, venues[1], first);
        addHead(dai, weth, second);
        addLeg(dai, weth, venues[2], second);
        expectSpent(wbtc, dai, venues[1], first);
        expectSpent(dai, weth, venues[2], second);
        assertEq(swap(usdc, weth, route), out);
        assertEmpty();
    }

    /// @notice Direct legs first, two pools into a token, three out of it: each spends what was planned for it.
    function testFuzz_split_atATokenOnTheWay(uint256 amount, uint256 cut) public {
        uint256 amountIn = amountOf(amount);
        uint256 way = quote(usdc, wbtc, 0, amountIn) + quote(usdc, wbtc, 1, amountIn);
        uint256 part = bound(cut, 1_000, way / 3);
        uint256 out = quote(usdc, weth, 2, amountIn) + quote(wbtc, weth, 0, part) + quote(wbtc, weth, 1, way - 3 * part)
            + quote(wbtc, weth, 2, 2 * part);
        addLeg(usdc, weth, 2, amountIn);
        addHead(usdc, wbtc, 2 * amountIn);
        addLeg(usdc, wbtc, 0, amountIn);
        addLeg(usdc, wbtc, 1, amountIn);
        addHead(wbtc, weth, way);
        addLeg(wbtc, weth, 0, part);
        addLeg(wbtc, weth, 1, way - 3 * part);
        addLeg(wbtc, weth, 2, 2 * part);
        expectSpent(wbtc, weth, 0, part);
        expectSpent(wbtc, weth, 1, way - 3 * part);
        expectSpent(wbtc, weth, 2, 2 * part);
        assertEq(swap(usdc, weth, route), out);
        assertEmpty();
    }

    /// @notice One token on the way, reached by two ways and left by two: the later section's amount is what is left of the
    /// former's.
    function testFuzz_shared_tokenOnTheWay(uint256 amount, uint256 cut) public {
        uint256 amountIn = amountOf(amount);
        uint256 first = quote(usdc, wbtc, 1, amountIn);
        uint256 direct = quote(usdc, dai, 2, amountIn);
        uint256 part = bound(cut, 1_000, first / 2);
        uint256 more = quote(wbtc, dai, 0, part);
        uint256 out = quote(wbtc, weth, 1, first - part) + quote(dai, weth, 2, direct + more);
        addHead(usdc, wbtc, 2 * amountIn);
        addLeg(usdc, wbtc, 1, amountIn);
        addHead(usdc, dai, amountIn);
        addLeg(usdc, dai, 2, amountIn);
        addHead(wbtc, dai, first);
        addLeg(wbtc, dai, 0, part);
        addHead(wbtc, weth, first - part);
        addLeg(wbtc, weth, 1, first - part);
        addHead(dai, weth, direct + more);
        addLeg(dai, weth, 2, direct + more);
        expectSpent(wbtc, dai, 0, part);
        expectSpent(wbtc, weth, 1, first - part);
        expectSpent(dai, weth, 2, direct + more);
        assertEq(swap(usdc, weth, route), out);
        assertEmpty();
    }

    /// @notice The same pool before and after another section.
    function testFuzz_pool_inTwoSections(uint8 venue, uint256 amount) public {
        uint256 amountIn = amountOf(amount);
        addHead(usdc, wbtc, 0);
        addLeg(usdc, wbtc, venue, amountIn);
        addHead(usdc, weth, 0);
        addLeg(usdc, weth, venue, amountIn);
        addHead(usdc, wbtc, 0);
        addLeg(usdc, wbtc, venue, amountIn);
        addHead(wbtc, weth, 3);
        addLeg(wbtc, weth, venue, 1);
        addLeg(wbtc, weth, venue, 2);
        uint256 expected = replay(usdc, weth, route);
        assertEq(swap(usdc, weth, route), expected);
        assertEmpty();
    }

    // --- something moved: in shares ---

    /// @notice Somebody trades in the first pool in between, so that another amount arrives: each leg gets its share of it,
    /// rounded down, and the last all that is left.
    function testFuzz_shares_ofWhatArrived(uint256 amount, uint256 moved, bool same, uint256[2] memory parts) public {
        uint256 amountIn = amountOf(amount);
        uint256 planned = quote(usdc, wbtc, 1, amountIn);
        uint256 first = bound(parts[0], 1_000, planned / 3);
        uint256 second = bound(parts[1], 1_000, planned / 3);
        addHead(usdc, wbtc, 0);
        addLeg(usdc, wbtc, 1, amountIn);
        addHead(wbtc, weth, planned);
        addLeg(wbtc, weth, 0, first);
        addLeg(wbtc, weth, 1, second);
        addLeg(wbtc, weth, 2, planned - first - second);
        disturb(same, moved);
        uint256 here = quote(usdc, wbtc, 1, amountIn);
        assertTrue(same ? here < planned : here > planned, "moved");
        uint256 share = here * first / planned;
        uint256 next = (here - share) * second / (planned - first);
        uint256 out =
            quote(wbtc, weth, 0, share) + quote(wbtc, weth, 1, next) + quote(wbtc, weth, 2, here - share - next);
        expectSpent(wbtc, weth, 0, share);
        expectSpent(wbtc, weth, 1, next);
        expectSpent(wbtc, weth, 2, here - share - next);
        assertEq(swap(usdc, weth, route), out);
        assertEmpty();
    }

    function disturb(bool same, uint256 moved) private {
        Market storage m = marketOf(usdc, wbtc);
        (MockToken sold, MockToken bought) = same ? (usdc, wbtc) : (wbtc, usdc);
        uint256 amount = same ? bound(moved, 1_000_000e6, 60_000_000e6) : bound(moved, 20e8, 1_000e8);
        swap(sold, bought, only(poolLeg(m.pool, amount)));
    }

    /// @notice What somebody left here of a token on the way goes along.
    function testFuzz_gift_ofATokenOnTheWayGoesAlong(uint256 amount, uint256 gift) public {
        uint256 amountIn = amountOf(amount);
        uint256 way = quote(usdc, wbtc, 0, amountIn);
        addHead(usdc, wbtc, 0);
        addLeg(usdc, wbtc, 0, amountIn);
        addHead(wbtc, weth, way);
        addLeg(wbtc, weth, 2, way);
        gift = bound(gift, 1, 1e10);
        wbtc.mint(address(router), gift);
        uint256 out = quote(wbtc, weth, 2, way + gift);
        assertEq(swap(usdc, weth, route), out);
        assertEmpty();
    }

    /// @notice What the legs do not plan to sell stays, and is the next order's that comes through it.
    function test_rest_isTheNextOrders() public {
        uint256 way = quote(usdc, wbtc, 0, 10_000e6);
        addHead(usdc, wbtc, 0);
        addLeg(usdc, wbtc, 0, 10_000e6);
        addHead(wbtc, weth, 4);
        addLeg(wbtc, weth, 1, 3);
        swap(usdc, weth, route);
        uint256 rest = way - way * 3 / 4;
        assertEq(wbtc.balanceOf(address(router)), rest);
        delete route;
        addHead(wbtc, weth, 7);
        addLeg(wbtc, weth, 1, 7);
        uint256 out = quote(wbtc, weth, 1, rest);
        assertEq(swap(usdc, weth, route), out);
        assertEmpty();
    }

    function test_head_feeAndSpacingAreNotRead() public {
        uint256 way = quote(usdc, wbtc, 0, 10_000e6);
        uint256 out = quote(wbtc, weth, 1, way);
        addHead(usdc, wbtc, type(uint256).max);
        addLeg(usdc, wbtc, 0, 10_000e6);
        addHead(wbtc, weth, 5);
        addLeg(wbtc, weth, 1, 5);
        (route[0].feePips, route[0].tickSpacing) = (type(uint24).max, type(int24).min);
        (route[2].feePips, route[2].tickSpacing) = (1, 1);
        assertEq(swap(usdc, weth, route), out);
    }

    /// @notice A head after which nothing comes does nothing.
    function testFuzz_head_alone(uint256 planned) public {
        planned = bound(planned, 0, LARGEST);
        addHead(wbtc, dai, planned);
        addHead(usdc, dai, type(uint256).max);
        usdc.mint(address(router), 1e6);
        wbtc.mint(address(router), 1e8);
        router.swap(address(usdc), address(weth), recipient, route);
        assertEq(usdc.balanceOf(address(router)), 1e6);
        assertEq(wbtc.balanceOf(address(router)), 1e8);
    }

    /// @notice A plan up to the largest, and as much held, is divided without a unit lost.
    function testFuzz_share_ofTheLargestAmounts(uint256 held, uint256 planned, uint256 part) public {
        planned = bound(planned, 2, LARGEST);
        part = bound(part, 1, planned - 1);
        held = bound(held, 2, LARGEST);
        TokenSink sink = new TokenSink();
        wbtc.mint(address(router), held);
        route.push(head(wbtc, weth, planned));
        route.push(poolLeg(address(sink), part));
        route.push(poolLeg(address(sink), planned - part));
        // 254 bits at most.
        uint256 first = held * part / planned;
        if (first == 0 || first == held) expectRefusal(Refusal.TransferFailed, uint160(address(wbtc)));
        router.swap(address(usdc), address(weth), recipient, route);
        if (first == 0 || first == held) return;
        assertEq(sink.collected(0), first);
        assertEq(sink.collected(1), held - first);
        assertEq(wbtc.balanceOf(address(router)), 0);
    }

    /// @notice As much as a pool can count is not too much, planned or held.
    function test_share_ofAllThatPoolsCount() public {
        TokenSink sink = new TokenSink();
        wbtc.mint(address(router), LARGEST);
        route.push(head(wbtc, weth, LARGEST));
        route.push(poolLeg(address(sink), LARGEST));
        router.swap(address(usdc), address(weth), recipient, route);
        assertEq(sink.collected(0), LARGEST);
        assertEq(wbtc.balanceOf(address(router)), 0);
    }

    // --- refusals ---

    function assertRefused(Refusal reason, uint256 detail) private {
        assertRefused(usdc, weth, route, reason, detail);
    }

    function testFuzz_leg_thatPlansNothingOrTooMuchIsRefused(uint256 planned, uint256 part) public {
        planned = bound(planned, 0, LARGEST);
        part = bound(part, planned + 1, type(uint256).max);
        wbtc.mint(address(router), 1e8);
        addHead(wbtc, weth, planned);
        addLeg(wbtc, weth, 0, part);
        assertRefused(Refusal.LegsMismatch, part);
        route[1].amountIn = 0;
        assertRefused(Refusal.LegsMismatch, 0);
    }

    /// @notice More than its head has left: the first leg's plan is gone.
    function testFuzz_leg_afterTheLastIsRefused(uint256 planned, uint256 part) public {
        planned = bound(planned, 2, LARGEST);
        part = bound(part, 1, planned - 1);
        wbtc.mint(address(router), 10e8);
        addHead(wbtc, weth, planned);
        addLeg(wbtc, weth, 0, planned);
        addLeg(wbtc, weth, 1, part);
        assertRefused(Refusal.LegsMismatch, part);
    }

    function testFuzz_share_ofNothingIsRefused(uint256 held, uint256 planned) public {
        held = bound(held, 0, 1e10);
        planned = bound(planned, held + 1, LARGEST);
        wbtc.mint(address(router), held);
        addHead(wbtc, weth, planned);
        addLeg(wbtc, weth, 1, 1);
        assertRefused(Refusal.TransferFailed, uint160(address(wbtc)));
    }

    function test_head_thatSellsWhatIsBoughtIsRefused() public {
        addHead(weth, wbtc, 1);
        assertRefused(Refusal.LegsMismatch, uint160(address(weth)));
    }

    function test_head_thatBuysWhatIsSoldIsRefused() public {
        addHead(wbtc, usdc, 1);
        assertRefused(Refusal.LegsMismatch, uint160(address(usdc)));
    }

    function testFuzz_head_thatSellsAndBuysTheSameIsRefused(uint8 which) public {
        MockToken token = tokens[which % 4];
        addHead(token, token, 1);
        assertRefused(Refusal.LegsMismatch, uint160(address(token)));
    }

    function testFuzz_head_thatPlansMoreThanPoolsCountIsRefused(uint256 planned) public {
        planned = bound(planned, LARGEST + 1, type(uint256).max);
        addHead(wbtc, weth, planned);
        assertRefused(Refusal.LegsMismatch, planned);
    }

    function testFuzz_head_ofWhichMoreIsHereThanPoolsCountIsRefused(uint256 held) public {
        wbtc.mint(address(router), bound(held, LARGEST + 1, type(uint256).max - 1_000e8 * 10));
        addHead(wbtc, weth, 1);
        assertRefused(Refusal.TransferFailed, uint160(address(wbtc)));
    }

    function testFuzz_head_thatSellsNoTokenIsRefused(address account) public {
        vm.assume(account.code.length == 0 && uint160(account) > 0xFFFF);
        addHead(MockToken(account), weth, 1);
        assertRefused(Refusal.TransferFailed, uint160(account));
    }

    /// @notice The chain's own currency is no token on the way either.
    function testFuzz_nativeCurrency_onTheWayIsRefused(uint256 amount) public {
        uint256 amountIn = amountOf(amount);
        addHead(usdc, MockToken(address(0)), 0);
        route.push(managedLeg(address(manager), markets[0].key, amountIn));
        assertRefused(Refusal.VenueRefused, 0);
        route[0] = head(MockToken(address(0)), weth, 1);
        assertRefused(Refusal.TransferFailed, 0);
    }

    // --- any shape ---

    /// @notice Of up to three tokens each is sold in one to three legs, for any later ones, on any venue, in any shares.
    function testFuzz_shape_isOneLegAfterAnother(uint256 seed) public {
        uint256[4] memory reached;
        reached[0] = 1;
        for (uint256 sold = 0; sold < 3; sold++) {
            if (reached[sold] != 0) sellSomehow(sold, seed, reached);
            seed = uint256(keccak256(abi.encode(seed)));
        }
        uint256 expected = replay(usdc, weth, route);
        uint256[3] memory before = [usdc.balanceOf(recipient), wbtc.balanceOf(recipient), dai.balanceOf(recipient)];
        assertEq(swap(usdc, weth, route), expected);
        assertEmpty();
        for (uint256 i = 0; i < 3; i++) {
            assertEq(tokens[i].balanceOf(recipient), before[i], "only what is bought");
        }
    }

    function sellSomehow(uint256 sold, uint256 seed, uint256[4] memory reached) private {
        uint256 count = 1 + seed % 3;
        uint256 left = 0;
        uint256[3] memory parts;
        for (uint256 i = 0; i < count; i++) {
            parts[i] =
                sold == 0 ? bound(seed >> 8 * i, 1_000e6, 1_000_000e6) : 1_000 + uint256(uint16(seed >> (16 * i)));
            left += parts[i];
        }
        for (uint256 i = 0; i < count; i++) {
            uint256 bought = sold + 1 + (seed >> (64 + 8 * i)) % (3 - sold);
            reached[bought] = 1;
            addHead(tokens[sold], tokens[bought], left);
            addLeg(tokens[sold], tokens[bought], uint8(seed >> (96 + 8 * i)), parts[i]);
            left -= parts[i];
        }
    }
}

/// @title A pool that takes its leg, gives nothing and remembers how much it was
contract TokenSink {
    uint256[] public collected;

    function swap(address, bool zeroForOne, int256 amount, uint160, bytes calldata) external returns (int256, int256) {
        collected.push(uint256(amount));
        (int256 delta0, int256 delta1) = zeroForOne ? (amount, int256(0)) : (int256(0), amount);
        (bool done,) =
            msg.sender.call(abi.encodeWithSignature("uniswapV3SwapCallback(int256,int256,bytes)", delta0, delta1, ""));
        require(done, "not paid");
        return (delta0, delta1);
    }
}
